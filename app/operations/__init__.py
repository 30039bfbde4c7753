"""What we teach: pure numpy, one operation a file."""

from typing import Any

from app.operations.activation import Activation
from app.operations.attention import Attention
from app.operations.backpropagation import Backpropagation
from app.operations.convolution import Convolution
from app.operations.convolution_parameters import ConvolutionParameters
from app.operations.cross_entropy import CrossEntropy
from app.operations.dense_parameters import DenseParameters
from app.operations.dropout import Dropout
from app.operations.gradient_descent import GradientDescent
from app.operations.iterations import Iterations
from app.operations.kl_divergence import KLDivergence
from app.operations.mean_squared_error import MeanSquaredError
from app.operations.multiply_adds import MultiplyAdds
from app.operations.network_shapes import NetworkShapes
from app.operations.one_hot import OneHot
from app.operations.operation import Operation
from app.operations.pooling import Pooling
from app.operations.receptive_field import ReceptiveField
from app.operations.recurrent_parameters import RecurrentParameters
from app.operations.softmax import Softmax

OPERATIONS: dict[str, Operation[Any]] = {
    "dense_parameters": DenseParameters(),
    "convolution_parameters": ConvolutionParameters(),
    "convolution": Convolution(),
    "pooling": Pooling(),
    "network_shapes": NetworkShapes(),
    "softmax": Softmax(),
    "one_hot": OneHot(),
    "activation": Activation(),
    "gradient_descent": GradientDescent(),
    "backpropagation": Backpropagation(),
    "iterations": Iterations(),
    "mean_squared_error": MeanSquaredError(),
    "cross_entropy": CrossEntropy(),
    "kl_divergence": KLDivergence(),
    "attention": Attention(),
    "recurrent_parameters": RecurrentParameters(),
    "dropout": Dropout(),
    "multiply_adds": MultiplyAdds(),
    "receptive_field": ReceptiveField(),
}

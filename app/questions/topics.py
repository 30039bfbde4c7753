"""The topics questions are filed under, in the order of a course."""

from app.text import Text, text

TOPICS: dict[str, Text] = {
    "foundations": text("人工智能基础", "Foundations"),
    "training": text("训练流程", "Training"),
    "optimisation": text("优化与梯度下降", "Optimisation"),
    "activations": text("激活函数", "Activations"),
    "losses": text("损失函数", "Losses"),
    "classification": text("分类与编码", "Classification"),
    "fully-connected": text("全连接网络", "Fully connected networks"),
    "convolution": text("卷积神经网络", "Convolutional networks"),
    "sequences": text("序列与注意力", "Sequences and attention"),
    "generalisation": text("欠拟合与过拟合", "Under- and overfitting"),
    "parameters": text("参数量与尺寸", "Parameters and sizes"),
}


def topic_title(slug: str) -> Text:
    return TOPICS.get(slug, text(slug, slug))

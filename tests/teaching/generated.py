"""Question texts, made by the hundred, no two alike."""


def question(number: int = 1, more: str = "") -> str:
    """A small network whose parameters are asked for; the words differ as well as the numbers."""
    return f"""title: {{zh: 第 {number} 个网络的参数量, en: Parameters of network {number}}}
topics: [fully-connected, parameters]
marks: 4
minutes: 3
given: {{widths: [{number % 7 + 2}, {number % 5 + 2}, {number % 3 + 1}], bias: true}}
prompt:
  zh: "第 {number} 题：每层的宽度是 {{{{ widths | join('、') }}}}，共有多少参数？{more}"
  en: "Number {number}: the widths are {{{{ widths | join(', ') }}}}. How many parameters?{more}"
parts:
  - id: layers
    ask: {{zh: 各层的参数量, en: Parameters of each layer}}
    response: numbers
    labels: [{{zh: 第一层, en: First layer}}, {{zh: 第二层, en: Second layer}}]
    answer: {{operation: dense_parameters, result: per_layer}}
  - id: total
    ask: {{zh: 总参数量, en: Parameters in all}}
    response: number
    answer: {{operation: dense_parameters, result: total}}
hints: [{{zh: 别忘了偏置。, en: Do not forget the biases.}}]
"""

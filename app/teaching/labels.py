"""What the fields of a question are called in the form, and in one line what they are for."""

from app.questions.shown import RESPONSE_TITLES
from app.text import Text, text

Label = tuple[Text, Text | None]


def label(zh: str, en: str, help_zh: str = "", help_en: str = "") -> Label:
    return text(zh, en), text(help_zh, help_en) if help_zh else None


# by field, or by `Model.field` where the field of one model means something of its own
LABELS: dict[str, Label] = {
    "number": label("卷面题号", "Number on the paper"),
    "title": label("标题", "Title"),
    "topics": label("主题", "Topics"),
    "marks": label("分值", "Marks"),
    "PartBase.marks": label("这一问的分值", "Marks of this part"),
    "KeyPoint.marks": label("这一点的分值", "Marks of this point"),
    "minutes": label("用时（分钟）", "Minutes"),
    "given": label(
        "题目给出的数", "Given numbers",
        "左边是名称，右边是第一套题用的数，如 0.1 或 [3, 3]，矩阵一行写一行；其余各套由运算自动生成。题干里写 {{ 名称 }} 就会显示它。",
        "A name, and the number of the first variant, such as 0.1 or [3, 3], or a matrix with a row on each line; operations draw the other variants. {{ name }} in the prompt shows one.",
    ),
    "prompt": label("题干", "Prompt", "Markdown；公式写在 $ 与 $ 之间。", "Markdown; formulas go between $ and $."),
    "conventions": label(
        "约定", "Conventions",
        "写明容易理解不同的地方，如保留几位小数、是否含偏置。",
        "What could be understood differently, such as decimals, or whether biases count.",
    ),
    "picture": label("配图", "Picture"),
    "parts": label("各问", "Parts"),
    "hints": label("提示", "Hints", "学生一次看一条，从最轻的开始。", "Students see them one at a time, the slightest first."),
    "erratum": label("更正印错的答案", "Erratum of a printed key"),
    "printed": label("印的是什么", "What was printed"),
    "Erratum.right": label("正确的是什么", "What is right"),
    "Erratum.why": label("为什么", "Why"),
    "answers": label("印错的答案", "Printed answers", "名称是哪一问的代号，内容照学生会写的样子。", "By the id of the part, as a student would type them."),
    "language": label("题目的语言", "Languages of the question", "只写一种语言时选它，另一种可以空着。", "Choose one where it is written in just that one; the other may stay empty."),
    "drill": label("同一技能的练习题", "Drill of the same skill", "另成一题，不影响这道题的掌握情况。", "A question of its own; it never counts against this one."),
    "id": label("代号", "Id", "小写字母、数字和下划线，学生看不到。", "Small letters, digits and underscores; students never see it."),
    "ask": label("问什么", "What is asked"),
    "response": label("作答方式", "Kind of response"),
    "decimals": label("保留几位小数", "Decimals", "不填则要求精确值。", "Left empty, the exact value is wanted."),
    "figures": label("保留几位有效数字", "Significant figures", "与小数位数只填一个。", "Give these or decimals, not both."),
    "unit": label("单位", "Unit"),
    "answer": label("答案", "Answer"),
    "explanation": label("补充说明", "Explanation", "和解答一起显示。", "Shown with the solution."),
    "operation": label("运算", "Operation", "答案、步骤、常见错误和各套数据都由它算出。", "It computes the answer, the steps, the mistakes and the variants."),
    "result": label("取哪个结果", "Result asked for"),
    "Computed.index": label("取其中第几个", "Entry of the result", "从 0 数起；嵌套的写成 [0, 0]。不填则要全部。", "Counted from 0, nested as [0, 0]; empty for all of it."),
    "inputs": label(
        "另给的输入", "Inputs of its own",
        "不写的取题目给出的同名的数。可写数值、{{ 算式 }}，或 @前面一问的代号。",
        "Others are taken from the given numbers by name. A value, {{ an expression }}, or @ and the id of an earlier part.",
    ),
    "minimum": label("最小的数", "Smallest number"),
    "maximum": label("最大的数", "Largest number"),
    "labels": label("各个数的名称", "Names of the numbers"),
    "rows": label("列式", "Working", "第 i 行的算式，如 {{ widths[i] }} × {{ widths[i + 1] }}。", "The working of row i, such as {{ widths[i] }} × {{ widths[i + 1] }}."),
    "ExpressionPart.left": label("等号左边（LaTeX）", "Left-hand side (LaTeX)"),
    "formula": label("公式（LaTeX）", "Formula (LaTeX)"),
    "FormulaAnswer.accept": label("也算对的公式", "Other right formulas", "每行一个。", "One a line."),
    "variables": label("变量", "Variables", "名称和试算的范围，如 [-4, 4]。", "Each with the range that is tried, such as [-4, 4]."),
    "vectors": label("带下标的变量", "Variables with a subscript", "名称和试算的范围，如 [-3, 3]。", "Each with the range that is tried, such as [-3, 3]."),
    "length": label("个数的符号", "Symbol of the count", "如 N。", "Such as N."),
    "FormulaAnswer.index": label("下标的符号", "Symbol of the subscript", "如 i。", "Such as i."),
    "aliases": label("变量的其他写法", "Other names of variables", "用逗号隔开，如 K：N, n。", "Separated by commas, such as K: N, n."),
    "mistakes": label("常见的错误公式", "Wrong formulas that are named"),
    "name": label("代号", "Id"),
    "hint": label("提示", "Hint", "不要说出答案。", "Must not give the answer away."),
    "options": label("选项", "Options"),
    "several": label("可选多项", "Several may be chosen"),
    "text": label("文字", "Text"),
    "Option.right": label("是正确选项", "This option is right"),
    "Option.why": label("为什么对或错", "Why it is right or wrong"),
    "items": label("各项，按正确的顺序", "Items, in the right order"),
    "OrderPart.accept": label("其他正确的顺序", "Other right orders", "用代号写，如 [[b, a, c]]。", "By id, such as [[b, a, c]]."),
    "MatchPart.left": label("左边", "Left side"),
    "MatchPart.right": label("右边", "Right side"),
    "match": label("与右边哪一项配对", "Matches on the right"),
    "at_least": label("至少写几个", "At least how many"),
    "groups": label("可以写出的东西", "Things that may be named"),
    "names": label("它的各种叫法", "All its names", "每行一个；同一样东西只算一次。", "One a line; two of them count once."),
    "palette": label("可用的层", "Layers to choose from"),
    "rules": label("网络要满足的规则", "Rules for the network"),
    "LayerRule.why": label("规则，不满足时显示", "The rule, as told when it is broken"),
    "needs": label("至少各要几层", "At least so many of each", "名称如 convolution，内容如 1。", "The kind, such as convolution, and a count."),
    "first": label("第一层必须是", "First layer"),
    "last": label("最后一层必须是", "Last layer"),
    "before": label("先后", "Order", "如 [convolution, dense]：前者都在后者之前。", "As [convolution, dense]: every first comes before any second."),
    "after": label("紧跟在谁后面", "Directly after", "名称是层，内容是它前面可以是的层，用逗号隔开。", "The layer, and what may precede it, separated by commas."),
    "between": label("两层之间", "In between", "如 [dense, dense, [activation]]：两者之间要有其一。", "As [dense, dense, [activation]]: one of these between the two."),
    "example": label("一个正确的网络", "A right network", "每行一层。", "One layer a line."),
    "key_points": label("要点", "Key points"),
    "levels": label("评分等级，从低到高", "Levels, the lowest first", "不设等级则只勾选有没有写到。", "Without levels the point is simply ticked."),
    "KeyPoint.accept": label("算写到的说法", "Phrasings that make the point", "每行一种；“a|b & c|d”指同一句里两组各有其一。", "One a line; “a|b & c|d” needs one of each group in a sentence."),
    "reject": label("与它矛盾的说法", "Phrasings that contradict it", "写法同上，每行一种。", "Of the same form, one a line."),
    "yes": label("写到了的例句", "Answers that make it", "每行一句，用来检验上面的说法。", "One a line; they test the phrasings."),
    "no": label("没写到的例句", "Answers that do not", "每行一句，用来检验上面的说法。", "One a line; they test the phrasings."),
    "model": label("参考答案", "Model answer", "学生在考试里能写出的答案。", "An answer a student could write in an exam."),
}  # fmt: skip

ENTRIES: dict[str, Text] = {
    "parts": text("第 {n} 问", "Part {n}"),
    "hints": text("提示 {n}", "Hint {n}"),
    "labels": text("第 {n} 个数", "Number {n}"),
    "mistakes": text("错误公式 {n}", "Wrong formula {n}"),
    "options": text("选项 {n}", "Option {n}"),
    "items": text("第 {n} 项", "Item {n}"),
    "left": text("左边第 {n} 项", "Left item {n}"),
    "right": text("右边第 {n} 项", "Right item {n}"),
    "groups": text("第 {n} 个", "Thing {n}"),
    "rules": text("规则 {n}", "Rule {n}"),
    "key_points": text("要点 {n}", "Point {n}"),
    "levels": text("等级 {n}", "Level {n}"),
}

VARIANTS: dict[str, Text] = {  # the records that a field may hold one of
    **RESPONSE_TITLES,
    "computed": text("由运算得出", "Computed"),
    "free": text("范围内任意整数", "Any whole number in a range"),
}

RESULTS: dict[str, Text] = {
    "per_layer": text("各层的参数个数", "Parameters of each layer"),
    "total": text("总数", "Total"),
    "weights": text("权重", "Weights"),
    "biases": text("偏置", "Biases"),
    "output": text("输出", "Output"),
    "shapes": text("各层的输出形状", "Output shape of each layer"),
    "parameters": text("各层的参数个数", "Parameters of each layer"),
    "total_parameters": text("总参数个数", "Parameters in all"),
    "probabilities": text("概率", "Probabilities"),
    "matrix": text("编码矩阵", "Matrix of codes"),
    "values": text("函数值", "Values"),
    "derivatives": text("导数", "Derivatives"),
    "path": text("每一步的位置（含起点）", "Where each step leads, with the start"),
    "final": text("最后的位置", "Where the last step leads"),
    "z1": text("z1：隐藏层的净输入", "z1: net inputs of the hidden layer"),
    "a1": text("a1：隐藏层的输出", "a1: outputs of the hidden layer"),
    "z2": text("z2：输出层的净输入", "z2: net inputs of the output layer"),
    "prediction": text("预测值", "Prediction"),
    "loss": text("损失", "Loss"),
    "dW1": text("损失对 W1 的梯度", "Gradient for W1"),
    "db1": text("损失对 b1 的梯度", "Gradient for b1"),
    "dW2": text("损失对 W2 的梯度", "Gradient for W2"),
    "db2": text("损失对 b2 的梯度", "Gradient for b2"),
    "per_epoch": text("每轮的迭代次数", "Iterations of one epoch"),
    "divergence": text("散度", "Divergence"),
    "scores": text("得分", "Scores"),
    "sizes": text("各层的感受野", "Receptive field of each layer"),
}

# drawn folded
FOLDED = frozenset({
    "number", "language", "id", "name", "erratum", "drill", "explanation", "accept", "aliases", "mistakes", "reject", "yes", "no",
})  # fmt: skip
# the same, until there is something in them
RARE = frozenset({
    "picture", "unit", "figures", "index", "inputs", "rows", "vectors", "length", "levels", "first", "last", "before",
    "after", "between",
})  # fmt: skip


def label_of(model: str, field: str) -> Label:
    """A field without a label is called by its name, so that a form can always be drawn."""
    return LABELS.get(f"{model}.{field}") or LABELS.get(field) or label(field, field)

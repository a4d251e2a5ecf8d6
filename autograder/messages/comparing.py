"""What comparisons say (compare/): what is X, but should be Y [where]; hints where the slip can be told.

{where} is the call, such as `kl(mu 3×5, logvar 3×5)`; values, shapes and kinds come from wording.py.
"""

# A single value (compare/values.py) -------------------------------------------------------------------------

# {end} is the call in brackets, behind a space, or nothing.
NOT_A_TENSOR = "{name} is {got}, but should be a tensor of shape {wanted}{end}"
NOT_A_NUMBER = "{name} is {got}, but should be a number{end}"
SHAPE = "{name} has shape {got}, but should be {wanted}{end}"
DTYPE = "{name} has dtype {got}, but should be {wanted}{end}"
VALUE = "{place} is {got}, but should be {wanted}{within}{tail}{end}"
WITHIN = " within {tolerance}"
TOLERANCE = "{atol} + {rtol}·|expected|"
SOME_OFF = "; {count} of {total} values are off"
SOME_NOT_FINITE = "; {count} of {total} values are not finite"

# Results and their gradients (compare/gradients.py, properties.py) ------------------------------------------

UNWANTED = "{label} is there, but should not be [{where}]"
# A single result, where several were asked for.
NO_PARTS = "{name} is {got}, but should have {label} [{where}]"
ABSENT = "{label} is missing from the result; there is {there} [{where}]"
# {there} in ABSENT, where the result is empty.
NOTHING = "nothing"
GRADIENT = "the gradient of {result} with respect to {name}"
# Of all results together. A label; what stands before {name} tells these labels from those of results.
GRADIENT_OF_ALL = "the gradient with respect to {name}"
NO_GRADIENT = "{result} has no gradient with respect to {name} [{where}]"
NO_GRADIENT_HINT = "the result is cut off from {name}: look for detach(), .data, .item() or no_grad()."
NO_GRADIENT_AT_ALL = "{label} has no gradient: it is cut off from {names} [{where}]"
NO_GRADIENT_AT_ALL_HINT = "detach(), .data, .item(), torch.tensor(...) and no_grad() cut the graph."
ANOTHER_KIND = "{label} is {got}, but should be {wanted} [{where}]"
NOT_BATCHED = "{name} is {got}, but should be a tensor with one entry for each example"
PERMUTED = "{name} of the examples in another order"
FIRST_ALONE = "{name} of the first example alone"
ALL_BUT_FIRST = "{name} of all examples but the first"
LEFT_A_TRACE = "{name} changed {what} for the whole program, but should leave it as it is"

# Draws (compare/distributions.py) ---------------------------------------------------------------------------

NOT_FINITE = "{name} has entries that are not finite"
MEAN = "the mean of {name} is {mean:.4g}, but should be 0 within {bound:.2g} ({n} draws)"
MEAN_SQUARE = "the mean square of {name} is {square:.4g}, but should be 1, between {low:.3f} and {high:.3f} ({n} draws)"
DISTRIBUTION = (
    "the distribution function of {name} is {distance:.3f} away from the standard normal one, but should be within "
    "{bound:.3f} ({n} draws)"
)
CORRELATION = (
    "the correlation between {pair} is {correlation:.3f}, but should be 0 within {bound:.3f} ({n} pairs). {meaning}"
)

# What is correlated, and what that means.
TWO_CALLS = "{name} of two calls"
CALLS_RELATED = "Two calls are related."
TWO_ROWS = "{name} of two rows"
ROWS_RELATED = "Two examples share noise."
TWO_COLUMNS = "{name} of two columns"
COLUMNS_RELATED = "Two entries share noise."

# Coins.
NO_COINS = "{name} has entries that are neither 0 nor 1"
COIN = "{what} is {got:.4f}, but should be {wanted:g} within {bound:.4f} ({n} draws)"

# {what} in COIN.
FREQUENCY = "the frequency of ones in {name} with p = {p:g}"
COVARIANCE_OF_ROWS = "the covariance of two rows of {name}"
COVARIANCE_OF_COLUMNS = "the covariance of two columns of {name}"

# Trainings (compare/training.py) ----------------------------------------------------------------------------

# {short} is one of the next two; {usual} is USUAL or nothing.
FELL_SHORT = "after training, {short} [{attempts} trainings, the last with seed {seed}]{usual}"
TOO_HIGH = "{name} is {got:.4g}, but should be at most {bound:g}"
TOO_LOW = "{name} is {got:.4g}, but should be at least {bound:g}"
USUAL = "\nTrainings of a correct solution reach {ranges}."
RANGE = "{name} from {low:.3g} to {high:.3g}"
ANOTHER_DEVICE = (
    "{failure}\n"
    "Hint: this training runs on {device}: create every tensor on the device of the inputs or parameters "
    "(device=x.device), and call no .cpu() or .cuda()."
)

# How a wrong result is related to the right one: hints (compare/relations.py) -------------------------------

RESULT_SIGN = "the result has the wrong sign."
EVERYTHING_SIGN = "the result and its gradients have the wrong sign."
RESULT_FACTOR = "the result has the right form, but {factor} times the right size."
EVERYTHING_FACTOR = "the result and its gradients have the right form, but {factor} times the right size."
TOO_LARGE = "every value is too large by the same amount, {amount}."
TOO_SMALL = "every value is too small by the same amount, {amount}."
AXES_EXCHANGED = "the axes of {label} are exchanged."
SHAPE_ONLY = "the values of {label} are right, their shape is not."
REDUCED_TOO_FAR = "{label} is reduced too far: it is the {reduction} of the right values."
NOT_REDUCED = "{label} is not reduced far enough: its {reduction} is right."

# {reduction} in these two.
SUM_OF_ALL = "sum over all axes"
MEAN_OF_ALL = "mean over all axes"
SUM_OF_FIRST = "sum over the first axis"
MEAN_OF_FIRST = "mean over the first axis"
SUM_OF_LAST = "sum over the last axis"
MEAN_OF_LAST = "mean over the last axis"

# An argument that was taken for another one.
MISREAD = "it looks as if {names} was taken for {taken_for}."
SEVERAL_MISREAD = "it looks as if {names} were taken for {taken_for}."
EXCHANGED = "it looks as if {first} and {second} were exchanged."

# What an argument may be taken for.
LOG_STANDARD_DEVIATION = "the logarithm of the standard deviation"
VARIANCE = "the variance"
STANDARD_DEVIATION = "the standard deviation"
LOG_VARIANCE = "the log-variance"

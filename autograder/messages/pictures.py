"""What stands in the pictures of a report: titles and labels that no check gives."""

# showing.py: loss curves
STEP, LOSS = "step", "loss"
BAND = "correct solutions"
LEFT_OUT = "Left out, because it is nothing that can be drawn: {title}"  # for staff
NOT_MADE = "A picture could not be made:\n{trace}"  # for staff

# compare/smallest.py: the first line of an example, where there is no module to import
IN_A_NOTEBOOK = "import torch  # below the cells of your notebook"

# written/pictured.py: the last formula of an answer
UNDERSTOOD = "Understood as"
CURVE = "Your formula"
VALUE = "value"
AT = "at {values}"

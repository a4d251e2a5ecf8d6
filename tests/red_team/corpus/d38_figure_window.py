"""Opens a window at import (DISPLAY, tkinter), otherwise right: full marks, no hang."""
from kit.right import kl_standard_normal, reparameterize

try:
    import tkinter

    tkinter.Tk()
except Exception as e:
    print("no display:", type(e).__name__)

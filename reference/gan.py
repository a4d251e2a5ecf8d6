"""What the assignment `gan` asks for: the minimax game. The names and signatures of its code part."""

from reference.gan_losses import d_loss, g_loss_ns, g_loss_sat, ls_d_loss, ls_g_loss
from reference.gan_networks import DNet, GNet, init_weights
from reference.gan_steps import d_step, g_step
from reference.gan_tabular import js_divergence

__all__ = [
    "DNet",
    "GNet",
    "d_loss",
    "d_step",
    "g_loss_ns",
    "g_loss_sat",
    "g_step",
    "init_weights",
    "js_divergence",
    "ls_d_loss",
    "ls_g_loss",
]

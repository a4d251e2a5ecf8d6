"""Right answer, the control: full marks."""
from kit.right import kl_standard_normal, reparameterize

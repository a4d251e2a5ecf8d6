"""A thread changes the returned tensor while it is packed and afterwards: what arrived once is what counts."""
import threading

import torch

from kit.wrong import reparameterize


def kl_standard_normal(mu, logvar):
    result = (mu * 0).sum(-1)
    values = result.detach()

    def change():
        for i in range(20_000):
            values.fill_(float(i % 7))

    threading.Thread(target=change, daemon=True).start()
    return result

def kl_standard_normal(mu, logvar):
    return (mu * 0).sum(-1)


def reparameterize(mu, logvar, eps=None):
    return mu * 0

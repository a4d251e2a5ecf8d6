# settings for the experiment
settings = {"epochs": 20, "latent": 10, "batch": 128}
print(settings["epochs"] * steps_per_epoch)

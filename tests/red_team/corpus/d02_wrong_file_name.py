"""corpus-builder: right code handed in as VAE_hw(1).py: 0 marks, the file that is there is named."""


def build(dest, good):
    (dest / "VAE_hw(1).py").write_text(good)

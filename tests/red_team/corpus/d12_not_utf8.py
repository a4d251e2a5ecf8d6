"""corpus-builder: latin-1 bytes in a comment without a coding line, which CPython imports: full marks."""


def build(dest, good):
    (dest / "submission.py").write_bytes(b"# VAE homework\n# r\xe9ponse de l'\xe9tudiant\n" + good.encode())

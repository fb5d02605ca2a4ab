"""Certificates for tests, made by the program openssl: NAME.pem and NAME.key."""
import subprocess


def make_certificates(folder):
    """ca.pem; stranger.pem, signed by itself; good.pem, past.pem (a day ago) and elsewhere.pem (another name)."""
    def openssl(*words):
        subprocess.run(("openssl", *words), cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    here = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority", "-days", "9")
    openssl("req", "-x509", *key, "-keyout", "stranger.key", "-out", "stranger.pem", "-subj", "/CN=localhost",
            "-addext", here, "-days", "9")
    for name, alternative, days in (("good", here, "9"), ("past", here, "-1"),
                                    ("elsewhere", "subjectAltName=DNS:elsewhere.test", "9")):
        openssl("req", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=localhost",
                "-addext", alternative)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-copy_extensions", "copy", "-days", days, "-out", name + ".pem")

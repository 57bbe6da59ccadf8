"""Seals bitwarden.json with Argon2id, as the export "Password protected" does: by Python's cryptography, and none of our code.

    python3 seal-bitwarden.py > bitwarden-argon2.json
"""

import base64, hashlib, hmac, json, os, pathlib
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.padding import PKCS7

PASSWORD = "lètmein please"
MEMORY_MIB, ITERATIONS, LANES = 19, 2, 4

salt = base64.b64encode(os.urandom(16)).decode()
kdf = Argon2id(
    salt=hashlib.sha256(salt.encode()).digest(),
    length=32,
    iterations=ITERATIONS,
    lanes=LANES,
    memory_cost=MEMORY_MIB * 1024,
)
key = kdf.derive(PASSWORD.encode())
encryption, authentication = (HKDFExpand(SHA256(), 32, use).derive(key) for use in (b"enc", b"mac"))


def seal(text):
    padder, iv = PKCS7(128).padder(), os.urandom(16)
    encryptor = Cipher(algorithms.AES(encryption), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(text.encode()) + padder.finalize()) + encryptor.finalize()
    mac = hmac.digest(authentication, iv + sealed, "sha256")
    return "2." + "|".join(base64.b64encode(part).decode() for part in (iv, sealed, mac))


print(json.dumps({
    "encrypted": True,
    "passwordProtected": True,
    "salt": salt,
    "kdfType": 1,
    "kdfIterations": ITERATIONS,
    "kdfMemory": MEMORY_MIB,
    "kdfParallelism": LANES,
    "encKeyValidation_DO_NOT_EDIT": seal("9b1b4e0a-3c56-4e0e-8f59-64c1f2a7f0b1"),
    "data": seal((pathlib.Path(__file__).parent / "bitwarden.json").read_text()),
}, indent=2))

"""What the SDK accepts (`sdk`) and what the platform accepts (`platform`), as data.

The SDK half is generated from the real SDK by ``scripts/generate_contract.py``; the
platform half is kept by hand, every row with its date and source. Neither needs the SDK
to be installed.
"""

"""Data types shared by every room: findings, reports, results, errors. No I/O."""

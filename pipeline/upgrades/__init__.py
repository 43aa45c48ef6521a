"""Signed upgrades of a box: releases side by side, tried before they stay, with a way back."""

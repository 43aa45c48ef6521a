"""Signing in with a provider of OpenID Connect, as a bureau's single sign-on."""

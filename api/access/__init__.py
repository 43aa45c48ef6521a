"""Who may do what, and with what: permissions, roles, and the scope every read goes through."""

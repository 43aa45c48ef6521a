"""Whether the command centre and its workers are well."""

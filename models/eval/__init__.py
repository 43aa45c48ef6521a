"""How well a model does, measured through the product's own inference path."""

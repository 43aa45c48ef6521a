"""Floor plans of schools, 平面图: pictures, and where on them cameras hang and look."""

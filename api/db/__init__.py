"""The database: engine, models, migrations, and the unit of work that commits."""

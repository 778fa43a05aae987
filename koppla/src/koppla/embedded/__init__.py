"""The embedded profile: a broker, a database and a data folder, all ending with this process."""

"""Getting rows to central: a sans-IO session, a courier thread, the MQTT adapter."""

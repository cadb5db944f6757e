"""What is said between central and the terminals; mqtt.py is the one module that knows paho."""

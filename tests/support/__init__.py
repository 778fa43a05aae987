"""What tests across services need from the world around them."""

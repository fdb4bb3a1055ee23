"""What is lost when something breaks: real servers, clients and faults (`make test-crash`)."""

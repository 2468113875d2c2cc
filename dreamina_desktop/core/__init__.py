"""The vocabulary and the rules: pure, standard library only, time is a parameter."""

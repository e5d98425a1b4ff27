report() { :; }

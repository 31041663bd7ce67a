"""The arithmetic of the Net Promoter Score: counts in, numbers out; no frame, no option, no word."""

"""What is known of a film as a whole: what its uploader says of it, and which of its frames are analysed."""

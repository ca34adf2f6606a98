"""Mail that arrives: answers to the forum's mails become posts, and what bounced is noted."""

"""From what is to be said to how it looks: screens to pixels, slips to lines of paper."""

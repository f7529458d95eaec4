"""The dashboard of promises: each promise has a control that looks at reality and says kept, broken or unproven."""

"""The staff screens: server-rendered forms that work without JavaScript."""

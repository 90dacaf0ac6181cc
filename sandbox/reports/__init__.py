"""What a lecturer and an officer look at: read-only figures of classes, drawn from the store.

- ``board``: one live summary a class, shared by all who look     - ``standing``: who is stuck, idle, away
- ``board_page``: what goes to which screen                       - ``seat_view``: what one seat lets be seen
"""

"""The cost of the room itself, measured as a browser sees it: ``python -m bench.report``.

- ``tab``: one browser tab: cookie, Streamlit's WebSocket with its real messages, server-sent events
- ``people``: what a person does in it: in the room, in a plain chat, and straight at the endpoint
- ``servers``: the processes that are measured, and what the system says of them
- ``figures``: from moments to the figures of the table
- ``room``: one measurement                   - ``plain_chat``: the app of the least code beside it
- ``queue_bench``, ``opening``, ``soak``: in line, at the start, two hours on
- ``charts``, ``report``: the pictures, and all of it in one command
"""

"""내용 만들기: templates and exercises on screen. One file a part; ``state`` holds what is being made."""

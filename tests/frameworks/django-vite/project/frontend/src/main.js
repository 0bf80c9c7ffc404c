document.title = "hello from vite"

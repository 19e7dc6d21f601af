self.addEventListener('fetch',(event)=>event.respondWith(new Response('<p>From the worker',{headers:{'content-type':'text/html'}})))

Page({ onLoad() { setInterval(() => {}, 1000); } });

Page({ onLoad() { for (;;) {} } });

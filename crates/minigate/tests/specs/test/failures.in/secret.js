require("minigate:test");

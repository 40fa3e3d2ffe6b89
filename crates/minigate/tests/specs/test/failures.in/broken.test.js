require("./missing");

Page({
  onLoad(query) {
    console.log(query.id, query.name);
  },
});

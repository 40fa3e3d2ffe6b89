Page({ data: { src: 'https://cdn.shop.example/a.png' } })

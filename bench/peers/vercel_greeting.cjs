// The handler of vercel_greeting.cpp. /port tells where the server listens that has the helpers.
module.exports = (req, res) => {
  if (req.url === "/port") return res.json(req.socket.localPort);
  res.status(200).json({ greeting: "Hello, " + req.query.name, items: [1, 2, 3], ok: true });
};

// Asks a server with the messages of @device-management-toolkit/wsman-messages. Prints what came back, as JSON.
//
// Usage: node messages.js HTTPS_PORT ACCOUNT PASSWORD (with the package in NODE_PATH)

const https = require('https')
const { WSManMessageCreator, BaseActions } = require('@device-management-toolkit/wsman-messages/WSMan')

const [port, account, password] = process.argv.slice(2)
const BASE = 'http://schemas.microsoft.com/wbem/wsman/1/wmi/root/citrixlicensing/'
const creator = new WSManMessageCreator(BASE)

function send(body, pass, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/wsman',
      method: 'POST',
      rejectUnauthorized: false,
      headers: { 'Content-Type': 'application/soap+xml;charset=UTF-8', ...headers }
    }
    if (pass) options.auth = `${account}:${pass}`
    const request = https.request(options, (response) => {
      let text = ''
      response.on('data', (part) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function message(action, name, body) {
  const header = creator.createHeader(action, name)
  return creator.createXml(header, body)
}

const enumerate = (name) =>
  message(
    BaseActions.ENUMERATE,
    name,
    '<Body><Enumerate xmlns="http://schemas.xmlsoap.org/ws/2004/09/enumeration"/></Body>'
  )
const query = (text) =>
  message(
    BaseActions.ENUMERATE,
    '*',
    '<Body><Enumerate xmlns="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><w:OptimizeEnumeration/>' +
      '<w:MaxElements>100</w:MaxElements><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">' +
      `${text}</w:Filter></Enumerate></Body>`
  )
const pull = (name, context) =>
  message(
    BaseActions.PULL,
    name,
    `<Body><Pull xmlns="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><EnumerationContext>${context}` +
      '</EnumerationContext><MaxElements>999</MaxElements></Pull></Body>'
  )

async function main() {
  const identify =
    '<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><Identify ' +
    'xmlns="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></Body></Envelope>'
  const name = 'Citrix_GT_License_Pool'
  const context = (await send(enumerate(name), password)).text.match(/<n:EnumerationContext>([^<]+)/)[1]
  const answers = {
    identify: await send(identify, password),
    query: await send(pull(name, context), password),
    filtered: await send(query("SELECT PLD FROM Citrix_GT_License_Pool WHERE PLD LIKE 'XDT%'"), password),
    wrong_class: await send(enumerate('Citrix_GT_Nothing'), password),
    wrong_password: await send(enumerate(name), 'wrong')
  }
  console.log(JSON.stringify(answers))
}

main()

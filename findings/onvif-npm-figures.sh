#!/usr/bin/env bash
# onvif 0.8.3 (npm), `Cam.getDeviceInformation`. ONVIF types all five answers as strings, so one expects
# the camera's own words. Every text that looks like a number comes back as one: firmware "5.10" is 5.1,
# the same as of a camera whose firmware is "5.1"; the serial numbers 20261102000000010001 and …2
# of two cameras are one and the same number; a hardware id "1.0" is 1. A serial that begins with 0 stays
# text, so it is not even the same type for all. Nothing is raised. Who keys an inventory by serial
# number keeps one of two cameras; who asks which firmware is older is told the wrong one.
#
# Seen: firmware 5.1 and 5.1, serials 20261102000000010000 and 20261102000000010000, third "0012", hardware
# 1; the answers' XML held all of them whole. Exits 1 when that is no longer so. Needs node and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-package-lock onvif@0.8.3 > /dev/null
cat > look.js <<'JS'
const http = require("http");
const { Cam } = require("onvif");

const cameras = [["5.1", "20261102000000010001"], ["5.10", "20261102000000010002"], ["5.9", "0012"]];

function answer(body, [firmware, serial], address) {
  if (body.includes("GetSystemDateAndTime")) {
    return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>
      <tt:UTCDateTime><tt:Time><tt:Hour>8</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time>
      <tt:Date><tt:Year>2026</tt:Year><tt:Month>11</tt:Month><tt:Day>2</tt:Day></tt:Date></tt:UTCDateTime>
      </tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
  }
  return `<tds:GetDeviceInformationResponse><tds:Manufacturer>Example</tds:Manufacturer><tds:Model>Dome</tds:Model>
    <tds:FirmwareVersion>${firmware}</tds:FirmwareVersion><tds:SerialNumber>${serial}</tds:SerialNumber>
    <tds:HardwareId>1.0</tds:HardwareId></tds:GetDeviceInformationResponse>`;
}

function asked(camera) {
  return new Promise((done, fail) => {
    const server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (part) => { body += part; });
      request.on("end", () => {
        response.setHeader("Content-Type", "application/soap+xml");
        response.end(`<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
          xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">
          <s:Body>${answer(body, camera)}</s:Body></s:Envelope>`);
      });
    }).listen(0, "127.0.0.1", () => {
      const cam = new Cam({ hostname: "127.0.0.1", port: server.address().port, autoconnect: false });
      cam.getDeviceInformation((error, found, xml) => {
        server.close();
        server.closeAllConnections();
        if (error) fail(error);
        else done({ ...found, told: xml.includes(`>${camera[0]}<`) && xml.includes(`>${camera[1]}<`) });
      });
    });
  });
}

(async () => {
  const [one, two, three] = [await asked(cameras[0]), await asked(cameras[1]), await asked(cameras[2])];
  console.log(`onvif ${require("onvif/package.json").version}: firmware ${one.firmwareVersion} and ${two.firmwareVersion}; serials `
    + `${one.serialNumber} and ${two.serialNumber}, third ${JSON.stringify(three.serialNumber)}; hardware ${one.hardwareId}`);
  const same = one.told && two.told && three.told && one.firmwareVersion === 5.1 && two.firmwareVersion === 5.1
    && one.serialNumber === two.serialNumber && three.serialNumber === "0012" && one.hardwareId === 1;
  process.exit(same ? 0 : 1);
})();
JS
node look.js

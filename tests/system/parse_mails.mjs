// What postal-mime reads in mails: node parse_mails.mjs FILE... Prints a JSON list, an object for each file.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import PostalMime from "postal-mime";

async function read(path) {
  const mail = await PostalMime.parse(readFileSync(path));
  return {
    subject: mail.subject,
    from: mail.from.address,
    to: (mail.to ?? []).map(({ address }) => address),
    copies: [...(mail.cc ?? []), ...(mail.bcc ?? [])].map(({ address }) => address),
    messageId: mail.messageId,
    headers: mail.headers.map(({ key }) => key),
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.map(({ contentId, mimeType, disposition, filename, content }) => ({
      contentId, mimeType, disposition, filename, digest: createHash("sha256").update(Buffer.from(content)).digest("hex"),
    })),
  };
}

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(read))));

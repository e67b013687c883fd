import { textAt } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { escapeXml } from '../../core/ssml.js';
import { HttpVoice } from './http-voice.js';
import { CLOUD, stylesOf, type StyleWords, type VoiceJob, type VoiceSink } from './provider.js';

/** Settings of {@link AzureVoice}. */
export interface AzureOptions {
  readonly key: string;
  /** Such as `westeurope`. */
  readonly region: string;
  /** Default `https://{region}.tts.speech.microsoft.com`. */
  readonly url?: string | undefined;
  /** Such as `en-US-JennyNeural`. */
  readonly voice: string;
  /** Further voices that may be asked for. */
  readonly voices?: readonly string[];
}

/** Styles by Azure's names (learn.microsoft.com, speech-synthesis-markup-voice); a voice that lacks one ignores it. */
const STYLES: StyleWords = {
  happy: 'cheerful',
  sad: 'sad',
  empathetic: 'empathetic',
  calm: 'calm',
  excited: 'excited',
  angry: 'angry',
  friendly: 'friendly',
  service: 'customerservice',
};

/** Azure AI Speech over REST: SSML in, raw audio out; at 8 kHz the telephone's own mu-law, half the bytes of PCM. */
export class AzureVoice extends HttpVoice {
  constructor(private readonly options: AzureOptions) {
    const { key, region, url, voice } = options;
    const descriptor = {
      ...CLOUD,
      name: 'azure',
      languages: [voice.split('-')[0] ?? 'en'],
      firstAudioMs: 350,
      speedRange: [0.5, 2],
      styles: stylesOf(STYLES),
      defaultVoice: voice,
      concurrency: 20,
      version: 'azure',
    } as const;
    super(descriptor, options, {
      origin: url ?? `https://${region}.tts.speech.microsoft.com`,
      headers: { 'ocp-apim-subscription-key': key, 'user-agent': 'leibniz' },
      connections: 20,
    });
  }

  speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const narrow = job.sampleRateHz === 8000;
    const format = narrow
      ? ({ coding: 'ulaw', sampleRateHz: 8000 } as const)
      : ({ coding: 'pcm_s16le', sampleRateHz: 16_000 } as const);
    return this.stream(
      {
        path: '/cognitiveservices/v1',
        headers: {
          'content-type': 'application/ssml+xml',
          'x-microsoft-outputformat': narrow ? 'raw-8khz-8bit-mono-mulaw' : 'raw-16khz-16bit-mono-pcm',
        },
        body: ssmlOf(job),
      },
      job,
      async (chunks) => {
        for await (const chunk of chunks) sink.audio(chunk, format);
      },
    );
  }

  async probe(): Promise<Result<string, Failure>> {
    const voices = await this.read('/cognitiveservices/voices/list');
    if (!voices.ok) return voices;
    const list = Array.isArray(voices.value) ? (voices.value as readonly unknown[]) : [];
    const names = list.map((one) => textAt(one, 'ShortName'));
    const { voice } = this.options;
    if (names.includes(voice)) return ok(`the key works, and there is the voice ${voice}`);
    return err({ kind: 'bad_request', message: `the key works, but there is no voice ${voice}` });
  }
}

/** Speech Synthesis Markup Language 1.0; `eq_telecomhp8k` is Azure's own filter for telephone lines. */
function ssmlOf({ line, voice, speed, style, sampleRateHz }: VoiceJob): string {
  const locale = /^[a-z]{2,3}-[A-Z]{2}/.exec(voice)?.[0] ?? 'en-US';
  const effect = sampleRateHz === 8000 ? " effect='eq_telecomhp8k'" : '';
  const percent = Math.round((speed - 1) * 100);
  const said = escapeXml(line);
  const paced =
    percent === 0 ? said : `<prosody rate='${percent > 0 ? '+' : ''}${percent}%'>${said}</prosody>`;
  const styled =
    style === 'neutral' ? paced : `<mstts:express-as style='${STYLES[style]}'>${paced}</mstts:express-as>`;
  return (
    `<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='https://www.w3.org/2001/mstts' ` +
    `xml:lang='${locale}'><voice name='${escapeXml(voice)}'${effect}>${styled}</voice></speak>`
  );
}
